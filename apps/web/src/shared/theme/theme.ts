import { Cell } from '../base/cell.ts'
import { remember, remembered } from '../base/remembered.ts'

/** `system` follows the operating system. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'shoal.theme'
const stored = () => (remembered(KEY) ?? 'system') as Theme
export const theme = new Cell<Theme>(THEMES.includes(stored()) ? stored() : 'system')

export function setTheme(chosen: Theme): void {
  remember(KEY, chosen)
  theme.set(chosen)
  showTheme()
}

/** Sets the attributes that the style sheets use. Called once before the first frame. */
export function showTheme(): void {
  const chosen = theme.get()
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

/**
 * Returns the current value of a colour of the style sheet, for a canvas: custom properties contain
 * the colours of both themes.
 */
export function readColour(element: Element, name: `--${string}`): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  element.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
