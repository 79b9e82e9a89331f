import { type ComponentType, useState } from "react";
import { say } from "../told/toasts";
import { words } from "../words/words";

/**
 * A part of a page that comes when it is first needed, and the way to bring it: that answers whether it is there. Over a
 * network that is gone it is said that it is not, and nothing else breaks.
 */
export function useLatePart<Props>(load: () => Promise<ComponentType<Props>>) {
  const [Part, is] = useState<ComponentType<Props> | null>(null);
  const bring = async (): Promise<boolean> => {
    try {
      const part = await load();
      is(() => part);
      return true;
    } catch {
      say({ text: words().t("fault.unreachable"), tone: "bad" });
      return false;
    }
  };
  return [Part, bring] as const;
}
