// The viewer of a message's pictures: all of them, one at a time, as large as the window. A large picture is a download,
// so what is shown is what was fetched.
import CloseOutlined from "@ant-design/icons/es/icons/CloseOutlined";
import LeftOutlined from "@ant-design/icons/es/icons/LeftOutlined";
import RightOutlined from "@ant-design/icons/es/icons/RightOutlined";
import { useEffect, useRef, useState } from "react";
import type { PictureFragment } from "../graph/generated/graphql";
import { queries } from "../graph/queries";
import { useWords } from "../words/words";
import { type Hung, here } from "./Pictures";

const ARRIVES_WITHIN = 60_000;

export interface ViewerProps {
  hung: readonly Hung[];
  /** Which of them. */
  at: number;
  show(id: string | null): void;
}

export function Viewer({ hung, at, show }: ViewerProps) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { image, who } = hung[at]!;
  const [large, tryAgain] = useLarge(image);
  useEffect(() => dialog.current?.showModal(), []);
  // Closed by the browser, so that the focus is where it was before.
  const close = () => dialog.current?.close();
  const go = (by: number) => show(hung[(at + by + hung.length) % hung.length]!.image.id);
  const name = t("picture.open", { n: at + 1, all: hung.length, who });
  return (
    <dialog
      ref={dialog}
      className="viewer"
      aria-label={name}
      onClose={() => show(null)}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={({ key }) => {
        if (key === "ArrowRight") go(1);
        if (key === "ArrowLeft") go(-1);
        if (key === "Home") go(-at);
        if (key === "End") go(-at - 1);
      }}
    >
      {large === "failed" ? (
        <div className="viewer-failed" role="alert">
          <p>{t("picture.failed")}</p>
          <button type="button" className="link" onClick={tryAgain}>
            {t("again")}
          </button>
        </div>
      ) : (
        <img src={large ?? here(image.thumbnailUrl)} alt={name} style={sizeOf(image)} aria-busy={large === null} />
      )}
      <div className="viewer-bar">
        {hung.length > 1 && (
          <>
            <button type="button" className="icon" aria-label={t("picture.before")} onClick={() => go(-1)}>
              <LeftOutlined aria-hidden />
            </button>
            <span role="status">
              <span className="hidden">{name}</span>
              <span aria-hidden>
                {at + 1} / {hung.length}
              </span>
            </span>
            <button type="button" className="icon" aria-label={t("picture.next")} onClick={() => go(1)}>
              <RightOutlined aria-hidden />
            </button>
          </>
        )}
        <a href={here(image.url)} download>
          {t("picture.save")}
        </a>
        <button type="button" className="icon" aria-label={t("close")} onClick={close}>
          <CloseOutlined aria-hidden />
        </button>
      </div>
    </dialog>
  );
}

/** As large as it is, or as the window lets it be; the small one that stands in for it takes the same place. */
function sizeOf({ width, height }: PictureFragment) {
  return { width: `min(${width}px, 94vw, ${(84 * width) / height}dvh)`, aspectRatio: `${width} / ${height}` };
}

/** The large picture: null until it is there. */
function useLarge(image: PictureFragment): [string | "failed" | null, () => void] {
  const [large, is] = useState<string | "failed" | null>(null);
  const [tries, again] = useState(0);
  useEffect(() => {
    is(null);
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), ARRIVES_WITHIN);
    let made: string | undefined;
    let isOver = false;
    void (async () => {
      try {
        const response = await fetch(here(image.url), { signal: stop.signal });
        if (!response.ok) throw new Error(String(response.status));
        const bytes = await response.arrayBuffer();
        if (isOver) return;
        made = URL.createObjectURL(new Blob([bytes], { type: image.contentType }));
        is(made);
      } catch {
        if (!isOver) is("failed");
      } finally {
        clearTimeout(late);
      }
    })();
    return () => {
      isOver = true;
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
    // Addresses change every few minutes, what is at them does not.
  }, [image.id, tries]);
  /** With addresses that are good again. */
  const tryAgain = async () => {
    await queries.invalidateQueries({ queryKey: ["message"] });
    again((so) => so + 1);
  };
  return [large, () => void tryAgain()];
}
