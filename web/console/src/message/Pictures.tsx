// Pictures: small ones beside the words, and a viewer. The large one is a download, so the viewer shows what it fetched.
import CloseOutlined from "@ant-design/icons/es/icons/CloseOutlined";
import LeftOutlined from "@ant-design/icons/es/icons/LeftOutlined";
import RightOutlined from "@ant-design/icons/es/icons/RightOutlined";
import { useEffect, useRef, useState } from "react";
import type { PictureFragment } from "../graph/generated/graphql";
import { useWords } from "../words/words";

const here = (url: string) => {
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
};

export function Pictures({ images }: { images: readonly PictureFragment[] }) {
  const { t } = useWords();
  const [at, show] = useState<number | null>(null);
  if (images.length === 0) return null;
  return (
    <>
      <ul className="pictures">
        {images.map((image, index) => (
          <li key={image.id}>
            <button type="button" onClick={() => show(index)} aria-label={t("picture.open", { n: index + 1, all: images.length })}>
              <img src={here(image.thumbnailUrl)} alt="" width={image.width} height={image.height} loading="lazy" />
            </button>
          </li>
        ))}
      </ul>
      {at !== null && <Viewer images={images} at={at} show={show} />}
    </>
  );
}

function Viewer({ images, at, show }: { images: readonly PictureFragment[]; at: number; show(at: number | null): void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [source, is] = useState<{ url: string } | "failed" | null>(null);
  const image = images[at]!;
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    is(null);
    const stop = new AbortController();
    let made: string | undefined;
    void (async () => {
      try {
        const response = await fetch(here(image.url), { signal: stop.signal });
        if (!response.ok) throw new Error(String(response.status));
        made = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: image.contentType }));
        if (stop.signal.aborted) return URL.revokeObjectURL(made);
        is({ url: made });
      } catch {
        if (!stop.signal.aborted) is("failed");
      }
    })();
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, [image.id]);
  const go = (by: number) => show((at + by + images.length) % images.length);
  return (
    <dialog
      ref={dialog}
      className="viewer"
      aria-label={t("picture.open", { n: at + 1, all: images.length })}
      onClose={() => show(null)}
      onClick={(event) => event.target === dialog.current && show(null)}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") go(1);
        if (event.key === "ArrowLeft") go(-1);
      }}
    >
      {source === "failed" ? <p role="alert">{t("picture.failed")}</p> : <img src={source?.url ?? here(image.thumbnailUrl)} alt={t("picture.open", { n: at + 1, all: images.length })} />}
      <div className="viewer-bar">
        {images.length > 1 && (
          <>
            <button type="button" className="icon" aria-label={t("picture.before")} onClick={() => go(-1)}>
              <LeftOutlined aria-hidden />
            </button>
            <span>
              {at + 1} / {images.length}
            </span>
            <button type="button" className="icon" aria-label={t("picture.next")} onClick={() => go(1)}>
              <RightOutlined aria-hidden />
            </button>
          </>
        )}
        <a href={here(image.url)} download>
          {t("picture.save")}
        </a>
        <button type="button" className="icon" aria-label={t("close")} onClick={() => show(null)}>
          <CloseOutlined aria-hidden />
        </button>
      </div>
    </dialog>
  );
}
