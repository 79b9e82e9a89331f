// What stands around every page of the desk: folders, keys that work everywhere, and what is said at the foot.
import { Outlet, useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useHere } from "../graph/queries";
import { isOnesOwn, readSearch } from "../inbox/folders";
import { openPalette, usePalette } from "../keyboard/palette";
import { useKeys } from "../keyboard/useKeys";
import { onRefused, resume } from "../message/outbox";
import { useFollowUp } from "../message/followUp";
import { sentenceOf } from "../commands/run";
import { useSession } from "../session/session";
import { Toasts } from "../told/Toasts";
import { say } from "../told/toasts";
import { useTelling } from "../told/useTelling";
import { useWords } from "../words/words";
import { Nav } from "./Nav";
import { useParts } from "./parts";
import { useNavBeside } from "./wide";

const WAY_OUT_AFTER = 5_000;

export function Shell() {
  const { t } = useWords();
  const here = useHere();
  const session = useSession();
  const navigate = useNavigate();
  const router = useRouter();
  const beside = useNavBeside();
  const [isSheetOpen, openSheet] = useState(false);
  const isAsked = [usePalette(), useFollowUp()].some((one) => one !== null) || isSheetOpen;
  const parts = useParts(isAsked);
  const me = here.data?.viewer?.id;
  // A list that is the same for everybody is put up before it is known who is here.
  const asksWho = useLocation({ select: ({ pathname, search }) => pathname !== "/inbox" || isOnesOwn(readSearch(search)) || "m" in search });

  useEffect(() => {
    if (session) return;
    const to = location.pathname + location.search;
    void navigate({ to: "/sign-in", search: { to: to === "/inbox" ? undefined : to }, replace: true });
  }, [session, navigate]);

  useEffect(() => {
    if (!me) return;
    onRefused(({ messageId, why }) =>
      say({
        text: t("sending.refused", { why: why ?? "" }),
        tone: "bad",
        action: { label: t("sending.look"), run: () => void navigate({ to: "/messages/$id", params: { id: messageId } }) },
      }),
    );
    resume(me);
  }, [me, t, navigate]);

  // Whoever signs out while the network is gone gets to where they came in.
  useEffect(() => {
    const later = setTimeout(() => void router.preloadRoute({ to: "/sign-in", search: { to: undefined } }), WAY_OUT_AFTER);
    return () => clearTimeout(later);
  }, [router]);

  useTelling(me);
  useKeys({ palette: () => openPalette("all"), sheet: () => openSheet(true) });

  if (!session) return null;
  if (here.isError && !here.data) {
    return (
      <main className="blank" role="alert">
        <h1>{t("fault.title")}</h1>
        <p>{sentenceOf(here.error)}</p>
        <button type="button" className="link" onClick={() => void here.refetch()}>
          {t("again")}
        </button>
      </main>
    );
  }
  return (
    <div className={beside ? "shell" : "shell narrow"}>
      {beside && <Nav openSheet={() => openSheet(true)} />}
      {here.data || !asksWho ? <Outlet key={session.token} /> : <main className="blank" aria-busy="true" />}
      {parts && (
        <>
          <parts.Palette />
          <parts.FollowUpDialog />
          {isSheetOpen && <parts.Sheet close={() => openSheet(false)} />}
        </>
      )}
      <Toasts />
    </div>
  );
}
