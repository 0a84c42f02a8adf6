import { Cell } from '../base/cell.ts'
import { remember, remembered } from '../base/remembered.ts'

/** `system` follows the machine. */
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

/** Sets what the style sheets look at. Called once before the first picture. */
export function showTheme(): void {
  const chosen = theme.get()
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

/** A colour of the style sheet as it is now, for a canvas: custom properties themselves hold both themes. */
export function readColour(element: Element, name: `--${string}`): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  element.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}
