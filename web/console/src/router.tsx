// The addresses of the console. What a list shows stands in its address, so that it can be shared.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { InboxPage } from "./inbox/InboxPage";
import { readSearch } from "./inbox/folders";
import { MessagePage } from "./message/MessagePage";
import { Absent } from "./shell/Absent";
import { Broken } from "./shell/Broken";
import { Shell } from "./shell/Shell";
import { session } from "./session/session";

/** A place within the console to come back to; nothing of elsewhere. */
const within = (to: unknown) => (typeof to === "string" && /^\/(?![/\\])/.test(to) ? to : undefined);

const root = createRootRoute({ notFoundComponent: Absent });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>) => ({ to: within(raw.to) }),
  component: lazyRouteComponent(() => import("./session/SignIn"), "SignIn"),
});

const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  beforeLoad: ({ location }) => {
    if (!session()) throw redirect({ to: "/sign-in", search: { to: within(location.href) } });
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox" });
  },
});

const inbox = createRoute({
  getParentRoute: () => desk,
  path: "/inbox",
  validateSearch: readSearch,
  component: InboxPage,
});

const message = createRoute({ getParentRoute: () => desk, path: "/messages/$id", component: MessagePage });

const start = createRoute({
  getParentRoute: () => desk,
  path: "/start",
  component: lazyRouteComponent(() => import("./start/StartPage"), "StartPage"),
});

const settings = createRoute({
  getParentRoute: () => desk,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings/SettingsPage"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, desk.addChildren([inbox, message, start, settings])]),
  defaultPreload: false,
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
