import IconContext from "@ant-design/icons/es/components/Context";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { hangUp } from "./graph/live";
import { hereOf, queries } from "./graph/queries";
import { readSearch } from "./inbox/folders";
import { readEarly } from "./inbox/reading";
import { forget } from "./inbox/store";
import { rest } from "./message/outbox";
import { router } from "./router";
import { onSession, session } from "./session/session";
import { settings } from "./settings/settings";
import { looks } from "./shell/looks";
import { nonce } from "./shell/nonce";
import { bringParts } from "./shell/parts";
import "./shell/base.css";
import "./shell/shell.css";
import "./inbox/inbox.css";
import "./message/talk.css";
import "./message/message.css";
import "./keyboard/keyboard.css";
import "./session/session.css";

looks();

let was = session()?.token;
onSession(() => {
  const is = session()?.token;
  if (is === was) return;
  was = is;
  // Whoever comes next sees nothing of whoever was here.
  hangUp();
  rest();
  forget();
  queries.clear();
  void router.invalidate();
});

// A tab that was open over an upgrade asks for files that are not there any more: once it is loaded anew, they are. While
// the server is away the page that is here is better than none, and whoever asked for the file says that it is missing.
const ANEW = "leaveword.anew";
const ANEW_AGAIN = 60_000;
window.addEventListener("vite:preloadError", async () => {
  if (Date.now() - Number(sessionStorage.getItem(ANEW)) < ANEW_AGAIN) return;
  const served = await fetch("/", { method: "HEAD", signal: AbortSignal.timeout(5_000) }).catch(() => null);
  if (!served?.ok) return;
  sessionStorage.setItem(ANEW, String(Date.now()));
  location.reload();
});

// Asked for before anything is put up, so that both go on at once.
if (session()) {
  void queries.prefetchQuery(hereOf(session()?.token, settings().locale));
  const { pathname, search } = router.latestLocation;
  if (pathname === "/inbox" || pathname === "/") readEarly(readSearch(search));
  if (pathname.startsWith("/messages/") || "m" in search) void bringParts();
}

// In pieces: what the server answers meanwhile, and whatever is pressed, is dealt with in between.
startTransition(() =>
  createRoot(document.getElementById("desk")!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        {/* Icons stand outside of what antd is themed by, and bring a style of their own. */}
        <IconContext.Provider value={{ csp: nonce ? { nonce } : undefined }}>
          <RouterProvider router={router} />
        </IconContext.Provider>
      </QueryClientProvider>
    </StrictMode>,
  ),
);
