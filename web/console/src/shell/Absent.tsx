import { Link } from "@tanstack/react-router";
import { useWords } from "../words/words";

/** There is nothing at this address. */
export function Absent() {
  const { t } = useWords();
  return (
    <main className="blank">
      <h1>{t("absent.title")}</h1>
      <p>{t("absent.text")}</p>
      <Link to="/inbox">{t("absent.back")}</Link>
    </main>
  );
}
