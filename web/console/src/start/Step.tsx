import CheckCircleFilled from "@ant-design/icons/es/icons/CheckCircleFilled";
import type { ReactNode } from "react";

export function Step({ title, text, isDone, why, children }: { title: string; text: string; isDone?: boolean; why?: string | null; children: ReactNode }) {
  return (
    <li className={isDone ? "step done" : "step"}>
      <h2>
        {title} {isDone && <CheckCircleFilled aria-hidden />}
      </h2>
      <p className="quiet">{text}</p>
      {children}
      {why && (
        <p role="alert" className="bad">
          {why}
        </p>
      )}
    </li>
  );
}
