// Light or dark, and the tokens of antd: darker than its own where words stand on white, for contrast.
import ConfigProvider from "antd/es/config-provider";
import theme from "antd/es/theme";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { useSettings } from "../settings/settings";

const dark = typeof window === "undefined" ? null : window.matchMedia("(prefers-color-scheme: dark)");

const useSystemDark = () =>
  useSyncExternalStore(
    (listener) => {
      dark?.addEventListener("change", listener);
      return () => dark?.removeEventListener("change", listener);
    },
    () => dark?.matches ?? false,
  );

const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;

const LIGHT = { colorPrimary: "#0b57b7", colorTextPlaceholder: "#646b76", colorTextDescription: "#565d68", colorError: "#b3261e" };
const DARK = { colorPrimary: "#6ca8ff", colorError: "#ff9d94", colorTextPlaceholder: "#969daa", colorTextDescription: "#a6adb9", colorBgContainer: "#1b1e23", colorBgElevated: "#23272e" };

export function Theme({ children }: { children: ReactNode }) {
  const chosen = useSettings();
  const system = useSystemDark();
  const isDark = chosen.theme === "auto" ? system : chosen.theme === "dark";
  useEffect(() => {
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    document.documentElement.lang = chosen.locale;
  }, [isDark, chosen.locale]);
  return (
    <ConfigProvider
      locale={chosen.locale === "en" ? enUS : zhCN}
      csp={nonce ? { nonce } : undefined}
      wave={{ disabled: true }}
      theme={{
        algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...(isDark ? DARK : LIGHT), borderRadius: 6, fontSize: 14, fontFamily: "inherit", motion: false },
        components: {
          Button: { primaryShadow: "none", defaultShadow: "none", ...(isDark && { primaryColor: "#0b1220", dangerColor: "#2a0704" }) },
          Segmented: isDark ? { trackBg: "#131519", itemSelectedBg: "#343a44" } : {},
        },
      }}
      button={{ autoInsertSpace: false }}
    >
      {children}
    </ConfigProvider>
  );
}
