import type { Output } from '../output.ts'
import { JsonView } from './json-view.ts'
import { LiveView } from './live-view.ts'
import { PlainView } from './plain-view.ts'
import type { View } from './view.ts'

/** The view that fits where the output goes. To be closed. */
export function openView(output: Output): View {
  if (output.json) return new JsonView(output)
  return output.terminal ? new LiveView(output.terminal) : new PlainView(output)
}
