import type { Locator, Page } from 'playwright-core'

/**
 * The open dialog of a page. Notes about what was done have the role of a dialog, too, for some
 * seconds.
 */
export function dialogOf(page: Page): Locator {
  return page.getByRole('dialog').and(page.locator(':not([data-note])'))
}
