// Coming in: by e-mail and password, or by a link that is good once and chooses the password.
import Button from "antd/es/button";
import Input from "antd/es/input";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { ask } from "../graph/ask";
import { AcceptDocument, RedeemDocument, SignInDocument } from "../graph/generated/graphql";
import { choose, useSettings } from "../settings/settings";
import { sentenceOf } from "../commands/run";
import { AntTheme } from "../shell/AntTheme";
import { useWords } from "../words/words";
import { firstPlace } from "./first";
import { signedIn, useSession } from "./session";

const SHORTEST = 10;
const LONGEST = 200;

/** What stands behind `#`: it reaches no server's log by itself. */
function tokenOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

export const SignIn = () => (
  <AntTheme>
    <Page />
  </AntTheme>
);

function Page() {
  const { t } = useWords();
  const { locale } = useSettings();
  const { to } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const session = useSession();
  const [token] = useState(() => tokenOf(location.hash));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [why, says] = useState<string | null>(null);
  const [isBusy, busy] = useState(false);

  useEffect(() => {
    // Whoever has followed a link wants what it gives, although somebody is signed in here.
    if (session && !token) void navigate({ to: to ?? "/inbox", replace: true });
  }, [session, token, to, navigate]);

  const comeIn = async () => {
    if (!token) return (await ask(SignInDocument, { input: { email: email.trim(), password } }, { anonymous: true })).signIn;
    const input = { token, newPassword: password };
    if (token.startsWith("lwi_")) return (await ask(AcceptDocument, { input }, { anonymous: true })).acceptInvitation;
    return (await ask(RedeemDocument, { input }, { anonymous: true })).redeemSignInLink;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    busy(true);
    says(null);
    try {
      const payload = await comeIn();
      if (payload.token && payload.expiresAt) {
        signedIn({ token: payload.token, expiresAt: payload.expiresAt });
        // A link is good once, and so nothing to come back to.
        const first = token ? await firstPlace() : "/inbox";
        return void navigate({ to: to ?? first, replace: true, hash: "" });
      }
      says(payload.userErrors.map(({ message }) => message).join(" "));
    } catch (fault) {
      says(sentenceOf(fault));
    } finally {
      busy(false);
    }
  };
  const isShort = token !== "" && password !== "" && [...password].length < SHORTEST;

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Leaveword</h1>
        <p className="quiet">{t(token ? "link.intro" : "signIn.intro")}</p>
        {!token && (
          <label>
            {t("signIn.email")}
            <Input type="email" name="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />
          </label>
        )}
        <label>
          {t(token ? "link.password" : "signIn.password")}
          <Input.Password
            name="password"
            autoComplete={token ? "new-password" : "current-password"}
            required
            autoFocus={token !== ""}
            minLength={token ? SHORTEST : undefined}
            maxLength={LONGEST}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            visibilityToggle={{ visible: undefined }}
          />
        </label>
        {token && <p className={isShort ? "warn" : "quiet"}>{t("link.long", { n: SHORTEST })}</p>}
        <p role="alert" className="bad">
          {why}
        </p>
        <Button type="primary" htmlType="submit" block loading={isBusy}>
          {t(token ? "link.go" : "signIn.go")}
        </Button>
        {!token && (
          <details>
            <summary>{t("signIn.forgotten")}</summary>
            <p>{t("signIn.forgottenText")}</p>
            <p>{t("signIn.forgottenAlone")}</p>
            <code>leaveword member link --email {email.trim() || "you@example.com"}</code>
          </details>
        )}
      </form>
      <button type="button" className="link" lang={locale === "en" ? "zh-CN" : "en"} onClick={() => choose({ locale: locale === "en" ? "zh-CN" : "en" })}>
        {locale === "en" ? "中文" : "English"}
      </button>
    </main>
  );
}
