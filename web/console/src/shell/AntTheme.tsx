// The tokens of antd, light or dark: darker than its own where words stand on white, for contrast. Whatever shows a part
// of antd stands within this; the first view of the inbox shows none, and does without.
import ConfigProvider from "antd/es/config-provider";
import theme from "antd/es/theme";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import type { ReactNode } from "react";
import { useSettings } from "../settings/settings";
import { useDark } from "./looks";
import { nonce } from "./nonce";

const LIGHT = { colorPrimary: "#0b57b7", colorTextPlaceholder: "#646b76", colorTextDescription: "#565d68", colorError: "#b3261e" };
const DARK = { colorPrimary: "#6ca8ff", colorError: "#ff9d94", colorTextPlaceholder: "#969daa", colorTextDescription: "#a6adb9", colorBgContainer: "#1b1e23", colorBgElevated: "#23272e" };

export function AntTheme({ children }: { children: ReactNode }) {
  const { locale } = useSettings();
  const isDark = useDark();
  return (
    <ConfigProvider
      locale={locale === "en" ? enUS : zhCN}
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
