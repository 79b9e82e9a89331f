// The test of every browser specification: a worker has one desk and one shop, and each test pages of its own.
import { test as base } from "@playwright/test";
import { Desk } from "./desk.ts";
import { Front, servesWhatIsBuilt } from "./front.ts";
import { Shop } from "./shop.ts";

interface Worker {
  /** A site that may ask the desk. */
  shop: Shop;
  desk: Desk;
  /** Where the desk's pages are. */
  front: { url: string };
}

export const test = base.extend<object, Worker>({
  shop: [
    async ({}, use) => {
      const shop = await Shop.open();
      await use(shop);
      await shop.close();
    },
    { scope: "worker" },
  ],
  desk: [
    async ({ shop }, use) => {
      const desk = await Desk.start([shop.url]);
      await use(desk);
      await desk.stop();
    },
    { scope: "worker", timeout: 240_000 },
  ],
  front: [
    async ({ desk, shop }, use) => {
      // A binary that was built with these pages serves them itself; one with others, or none, has them put in front.
      if (await servesWhatIsBuilt(desk.url)) return use({ url: desk.url });
      const front = await Front.start(desk.url, [shop.url]);
      await use(front);
      await front.stop();
    },
    { scope: "worker" },
  ],
});

export { expect } from "@playwright/test";
export { expectAccessible } from "./axe.ts";
export type { Desk } from "./desk.ts";
