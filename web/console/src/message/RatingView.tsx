import type { WholeFragment } from "../graph/generated/graphql";
import { useWords } from "../words/words";

export function RatingView({ rating: { rating, comment, at } }: { rating: NonNullable<WholeFragment["rating"]> }) {
  const { t, moment } = useWords();
  return (
    <p className="rating">
      <span role="img" aria-label={t("rating.of", { n: rating })}>
        {"★".repeat(rating)}
        <span className="dim">{"★".repeat(5 - rating)}</span>
      </span>{" "}
      {comment} <time dateTime={at}>{moment(at)}</time>
    </p>
  );
}
