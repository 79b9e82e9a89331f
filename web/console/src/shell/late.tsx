// What the first view of the inbox does not show, and what comes right behind it: all of it in one file.
import type { ComponentType } from "react";
import { BulkBar as Bulk } from "../inbox/BulkBar";
import { Palette as EveryOffer } from "../keyboard/Palette";
import { Sheet as EveryKey } from "../keyboard/Sheet";
import { FollowUpDialog as Parking } from "../message/FollowUpDialog";
import { MessageView as Message } from "../message/MessageView";
import { AntTheme } from "./AntTheme";

const themed = <Props extends object>(Part: ComponentType<Props>) =>
  function Themed(props: Props) {
    return (
      <AntTheme>
        <Part {...props} />
      </AntTheme>
    );
  };

export const BulkBar = themed(Bulk);
export const FollowUpDialog = themed(Parking);
export const MessageView = themed(Message);
export const Palette = EveryOffer;
export const Sheet = EveryKey;
