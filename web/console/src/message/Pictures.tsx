// Pictures beside the words that they came with: small ones, each of which opens the viewer.
import type { PictureFragment } from "../graph/generated/graphql";
import { useWords } from "../words/words";

/** A picture of a message, and which of them it is. */
export interface Hung {
  image: PictureFragment;
  /** Who sent it. */
  who: string;
  n: number;
}

/** The same from wherever the page was opened: an address may name another host than the one that is asked. */
export const here = (url: string) => {
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
};

export function Pictures({ hung, all, open }: { hung: readonly Hung[]; all: number; open(id: string): void }) {
  const { t } = useWords();
  if (hung.length === 0) return null;
  return (
    <ul className="pictures">
      {hung.map(({ image, who, n }) => (
        <li key={image.id}>
          <button type="button" onClick={() => open(image.id)} aria-label={t("picture.open", { n, all, who })} aria-haspopup="dialog">
            <img src={here(image.thumbnailUrl)} alt="" width={image.width} height={image.height} loading="lazy" />
          </button>
        </li>
      ))}
    </ul>
  );
}
