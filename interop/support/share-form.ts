/** User actions on the form of the share page. */
import type { Page } from 'playwright-core'

/**
 * Status texts of a page without peers. It shows the first for a while only, and then the second.
 */
export const NOBODY_IS_THERE = ['Looking for someone who has it', 'The sender is offline'] as const

/** Waits until a page shows that it has no peers. */
export const findsNobody = (tab: Page): Promise<void> =>
  tab.getByText(new RegExp(NOBODY_IS_THERE.join('|'))).waitFor()

/** Returns whether the browser would ask before it closes the page. */
export const asks = (tab: Page): Promise<boolean> =>
  tab.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))

/** Chooses a file, or with another button a folder. */
export async function choose(tab: Page, path: string, button = 'Choose files'): Promise<void> {
  const choosing = tab.waitForEvent('filechooser')
  await tab.getByRole('button', { name: button }).click()
  await (await choosing).setFiles(path)
}

/** Shares the chosen files. Returns the link. */
export async function getLink(tab: Page): Promise<string> {
  await tab.getByRole('button', { name: 'Get a link' }).click()
  return tab.getByLabel('Link to this share').inputValue()
}
