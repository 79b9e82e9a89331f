// The first screen of a new desk: its name, a colleague, a test message that arrives in the inbox, and the snippet.
import Button from "antd/es/button";
import Input from "antd/es/input";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { lookAgain } from "../graph/again";
import { ask } from "../graph/ask";
import { InviteDocument, LeaveTestDocument, NameDeskDocument, OneMessageDocument } from "../graph/generated/graphql";
import { newKey } from "../../../client/key";
import { queries, useHere } from "../graph/queries";
import { may } from "../session/rights";
import { sentenceOf } from "../commands/run";
import { TopBar } from "../shell/TopBar";
import { AntTheme } from "../shell/AntTheme";
import { useWords } from "../words/words";
import { Step } from "./Step";
import { Copyable } from "./Copyable";

/** Runs something that is asked for by a form: whether it is under way, and why it came to nothing. */
function useAsked() {
  const [isBusy, busy] = useState(false);
  const [why, says] = useState<string | null>(null);
  const go = async (what: () => Promise<{ message: string }[]>) => {
    busy(true);
    says(null);
    try {
      const wrong = await what();
      if (wrong.length > 0) says(wrong.map(({ message }) => message).join(" "));
    } catch (fault) {
      says(sentenceOf(fault));
    } finally {
      busy(false);
    }
  };
  return { isBusy, why, go };
}

export const StartPage = () => (
  <AntTheme>
    <Page />
  </AntTheme>
);

function Page() {
  const { t } = useWords();
  const here = useHere().data;
  const me = here?.viewer;
  if (!here || !me) return null;
  const snippet = `<script async src="${location.origin}/widget.js" data-lang="auto"></script>`;
  return (
    <main className="page">
      <TopBar title={t("start.title")} />
      <div className="page-body start">
        <p className="quiet">{t("start.text")}</p>
        <ol className="steps">
          {may(me, "settings.manage") && <NameStep name={here.desk.name} version={here.desk.version} />}
          {may(me, "members.manage") && <InviteStep />}
          <TestStep name={me.name} email={me.email} />
          <Step title={t("start.embed")} text={t("start.embedText")}>
            <Copyable text={snippet} />
          </Step>
        </ol>
      </div>
    </main>
  );
}

/** An address that a visitor can have; the first administrator's may be `admin@localhost`. */
const IN_A_DOMAIN = /@[^@]+\.[^@.]+$/;

function NameStep({ name, version }: { name: string; version: number }) {
  const { t } = useWords();
  const [typed, type] = useState(name);
  const [isDone, done] = useState(false);
  const { isBusy, why, go } = useAsked();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go(async () => {
      const { reviseDesk } = await ask(NameDeskDocument, { input: { name: typed.trim(), expectedVersion: version } });
      if (reviseDesk.userErrors.length === 0) done(true);
      await queries.invalidateQueries({ queryKey: ["here"] });
      return reviseDesk.userErrors;
    });
  };
  return (
    <Step title={t("start.name")} text={t("start.nameText")} isDone={isDone} why={why}>
      <form onSubmit={submit} className="line">
        <Input aria-label={t("start.name")} required maxLength={100} value={typed} onChange={(event) => type(event.target.value)} />
        <Button htmlType="submit" loading={isBusy} disabled={typed.trim() === "" || typed.trim() === name}>
          {t("start.save")}
        </Button>
      </form>
    </Step>
  );
}

function InviteStep() {
  const { t, whole } = useWords();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [link, give] = useState<{ url: string; expiresAt: string } | null>(null);
  const { isBusy, why, go } = useAsked();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go(async () => {
      const { inviteMember } = await ask(InviteDocument, { input: { name: name.trim(), email: email.trim(), roleId: "AGENT" } });
      const { invitation } = inviteMember;
      if (invitation) {
        give({ url: invitation.url ?? `${location.origin}/sign-in#${invitation.token}`, expiresAt: invitation.expiresAt });
        setName("");
        setEmail("");
      }
      return inviteMember.userErrors;
    });
  };
  return (
    <Step title={t("start.invite")} text={t("start.inviteText")} isDone={link !== null} why={why}>
      <form onSubmit={submit} className="line">
        <Input aria-label={t("start.inviteName")} placeholder={t("start.inviteName")} required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        <Input aria-label={t("signIn.email")} placeholder={t("signIn.email")} type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <Button htmlType="submit" loading={isBusy}>
          {t("start.inviteGo")}
        </Button>
      </form>
      {link && (
        <>
          <p>{t("start.inviteLink", { when: whole(link.expiresAt) })}</p>
          <Copyable text={link.url} />
        </>
      )}
    </Step>
  );
}

function TestStep({ name, email }: { name: string; email: string | null }) {
  const { t } = useWords();
  const [sent, is] = useState<string | null>(null);
  // However often it is asked for: it is left once.
  const [idempotencyKey] = useState(newKey);
  const { isBusy, why, go } = useAsked();
  const leave = () =>
    go(async () => {
      // As a visitor would, without who is signed in here.
      const input = { name, contact: email && IN_A_DOMAIN.test(email) ? email : "test@example.com", content: t("start.testWords"), idempotencyKey };
      const { receipt, visitorMessage, userErrors } = (await ask(LeaveTestDocument, { input }, { anonymous: true })).submitMessage;
      const there = visitorMessage ?? (receipt && (await lookAgain(() => ask(OneMessageDocument, { id: receipt.id }).then(({ message }) => message, () => null))));
      if (there) is(there.reference);
      return userErrors;
    });
  return (
    <Step title={t("start.test")} text={t("start.testText")} isDone={sent !== null} why={why}>
      {sent ? (
        <p>
          {t("start.testDone", { reference: sent })} <Link to="/inbox">{t("start.testLook")}</Link>
        </p>
      ) : (
        <Button type="primary" loading={isBusy} onClick={() => void leave()}>
          {t("start.testGo")}
        </Button>
      )}
    </Step>
  );
}
