// What each member chooses for this browser.
import Switch from "antd/es/switch";
import { useState } from "react";
import { TopBar } from "../shell/TopBar";
import { ring } from "../told/ring";
import { AntTheme } from "../shell/AntTheme";
import { useWords } from "../words/words";
import { type Settings, choose, useSettings } from "./settings";

export const SettingsPage = () => (
  <AntTheme>
    <Page />
  </AntTheme>
);

function Page() {
  const { t } = useWords();
  const chosen = useSettings();
  const [isDenied, denied] = useState(typeof Notification !== "undefined" && Notification.permission === "denied");
  const desktop = async (on: boolean) => {
    if (!on) return choose({ desktop: false });
    const answer = await Notification.requestPermission();
    denied(answer === "denied");
    choose({ desktop: answer === "granted" });
  };
  return (
    <main className="page">
      <TopBar title={t("settings.title")} />
      <div className="page-body">
        <p className="quiet">{t("settings.text")}</p>
        <Pick name="locale" label={t("settings.language")} options={[["zh-CN", "中文（简体）"], ["en", "English"]]} />
        <Pick name="theme" label={t("settings.theme")} options={[["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]]} />
        <Pick name="sendWith" label={t("settings.sendWith")} options={[["mod+enter", "Ctrl / ⌘ + Enter"], ["enter", "Enter"]]} />
        <h2>{t("settings.told")}</h2>
        <Pick name="tell" label={t("settings.tell")} options={[["all", t("tell.all")], ["mine", t("tell.mine")]]} />
        <label className="setting">
          <span>{t("settings.sound")}</span>
          <Switch aria-label={t("settings.sound")} checked={chosen.sound} onChange={(sound) => {
            choose({ sound });
            if (sound) ring();
          }} />
        </label>
        <label className="setting">
          <span>
            {t("settings.desktop")}
            {isDenied && <small className="warn">{t("settings.denied")}</small>}
          </span>
          <Switch aria-label={t("settings.desktop")} checked={chosen.desktop} disabled={typeof Notification === "undefined"} onChange={(on) => void desktop(on)} />
        </label>
      </div>
    </main>
  );
}

function Pick<Name extends "locale" | "theme" | "sendWith" | "tell">({ name, label, options }: { name: Name; label: string; options: readonly (readonly [Settings[Name], string])[] }) {
  const chosen = useSettings();
  return (
    <label className="setting">
      <span>{label}</span>
      <select value={chosen[name]} onChange={(event) => choose({ [name]: event.target.value })}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
