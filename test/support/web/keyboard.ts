import type { Locator, Page } from 'playwright-core';

const MOST_TABS = 120;

/** What somebody without a mouse does. */
export interface Keyboard {
  /** Presses the key until the element has the focus; throws where it never gets it. */
  tabTo(target: Locator, key?: string): Promise<void>;
  typeInto(target: Locator, text: string): Promise<void>;
  press(target: Locator): Promise<void>;
}

export function keyboardOf(page: Page): Keyboard {
  async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
    await target.first().waitFor();
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      if (await target.first().evaluate((element) => element === element.ownerDocument.activeElement)) return;
      await page.keyboard.press(key);
    }
    throw new Error(`the keyboard does not reach ${target}`);
  }
  return {
    tabTo,
    typeInto: async (target, text) => {
      await tabTo(target);
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
    },
    press: async (target) => {
      await tabTo(target);
      await page.keyboard.press('Enter');
    },
  };
}
