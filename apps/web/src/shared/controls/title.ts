import { controls } from '../messages/controls.ts'

let page = ''
let rates = ''

/** Sets the name of the page in the title of the window. */
export function setPageTitle(title: string): void {
  page = title
  show()
}

/**
 * Sets the current rates, shown before the name of the page so that a background tab shows them;
 * empty while nothing is transferred.
 */
export function setRatesTitle(text: string): void {
  if (text === rates) return
  rates = text
  show()
}

function show(): void {
  document.title = [rates, page, controls.name].filter(Boolean).join(' – ')
}
