// The button itself. The loader and the widget each bring it, for a page may have one without the other.
import look from "./button.css?inline";

/** Draws it into the host, which it makes a shadow root for. */
export function drawLauncher(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: "open" });
  dress(root, look);
  const launcher = document.createElement("button");
  launcher.className = "launcher";
  root.append(launcher);
  return root;
}

/** A stylesheet from a script is one that no Content-Security-Policy has to allow. */
export function dress(root: ShadowRoot, look: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(look);
  root.adoptedStyleSheets.push(sheet);
}
