import type { Output } from '../output.ts'
import { JsonView } from './json-view.ts'
import { LiveView } from './live-view.ts'
import { PlainView } from './plain-view.ts'
import type { View } from './view.ts'

/** Opens the view that suits the output. The caller closes it. */
export function openView(output: Output): View {
  if (output.json) return new JsonView(output)
  return output.terminal ? new LiveView(output.terminal) : new PlainView(output)
}
