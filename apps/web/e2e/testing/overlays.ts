/**
 * Dialogs and menus, as people use them: they see one before they press a key, and hold a button
 * down for longer than a robot does.
 */
import { until } from '@shoal/testing'
import type { Locator, Page } from 'playwright-core'

/**
 * Closes the last dialog or menu with Escape, and waits until it is gone. A page that has just
 * shown one listens once it is idle.
 */
export async function closeWithEscape(page: Page): Promise<void> {
  const open = await page.locator(':is([role=dialog], [role=menu]):visible').last().elementHandle()
  await until('the page is idle', () =>
    page.evaluate(() => new Promise<true>(done => requestIdleCallback(() => done(true)))),
  )
  await page.keyboard.press('Escape')
  await open!.waitForElementState('hidden')
}

/** Opens the menu of a button, and releases the mouse only once the menu is there. */
export async function openMenu(page: Page, button: Locator): Promise<void> {
  await button.hover()
  await page.mouse.down()
  await page.getByRole('menu').waitFor()
  await page.mouse.up()
}
