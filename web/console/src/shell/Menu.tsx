// A button that opens a menu: the browser shows it above everything, and closes it on Escape or when something else is touched.
import { Fragment, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";

export interface MenuItem {
  key: string;
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  /** A thin line stands above it. */
  begins?: boolean;
  run(): unknown;
}

interface Props {
  items: readonly MenuItem[];
  className: string;
  label?: string;
  title?: string;
  children: ReactNode;
}

const GAP = 4;

export function Menu({ items, className, label, title, children }: Props) {
  const [isOpen, open] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // To touch the button closes the menu, as to touch anything does; the click that comes of it is not to open it again.
  const wasOpen = useRef(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={title}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPointerDown={() => void (wasOpen.current = isOpen)}
        onClick={() => {
          open(!wasOpen.current);
          wasOpen.current = false;
        }}
      >
        {children}
      </button>
      {isOpen && <Items items={items} name={label ?? title} button={button.current!} gone={() => open(false)} />}
    </>
  );
}

interface ItemsProps {
  items: readonly MenuItem[];
  name: string | undefined;
  button: HTMLElement;
  gone(): void;
}

function Items({ items, name, button, gone }: ItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const shown = menu.current!;
    shown.showPopover();
    place(shown, button);
    shown.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [button]);
  const close = () => menu.current?.hidePopover();

  const pressed = (event: KeyboardEvent) => {
    const all = [...menu.current!.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) all.at(to % all.length)?.focus();
    else if (event.key === "Tab") close();
    else return;
    event.preventDefault();
  };
  return (
    <div ref={menu} className="menu" role="menu" aria-label={name} popover="auto" onToggle={(event) => event.newState === "closed" && gone()} onKeyDown={pressed}>
      {items.map(({ key, label, icon, danger, begins, run }) => (
        <Fragment key={key}>
          {begins && <hr />}
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={danger ? "bad" : undefined}
            onMouseMove={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
            onClick={() => {
              // Closed first, so that the focus is back where a dialog returns it to.
              close();
              run();
            }}
          >
            {icon}
            {label}
          </button>
        </Fragment>
      ))}
    </div>
  );
}

/** Below the button or else above it, and within the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight;
  menu.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - height)}px`;
  menu.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - GAP - width))}px`;
}
