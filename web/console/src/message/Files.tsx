import PaperClipOutlined from "@ant-design/icons/es/icons/PaperClipOutlined";
import type { AttachedFragment } from "../graph/generated/graphql";
import { sizeOf } from "./size";

export function Files({ files }: { files: readonly AttachedFragment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.id}>
          <a href={new URL(file.url, location.origin).href} download={file.name}>
            <PaperClipOutlined aria-hidden /> {file.name} <small>{sizeOf(file.bytes)}</small>
          </a>
        </li>
      ))}
    </ul>
  );
}
