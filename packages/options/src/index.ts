export { COMPLETION_SHELLS, completionScript } from './completion/completion.ts'
export { completeOptions, environmentLayer, fileLayer, type Layer, variableName } from './layers.ts'
export { manualPage } from './manual.ts'
export {
  flag,
  flagName,
  integer,
  isGiven,
  list,
  type Option,
  type OptionTable,
  type OptionValues,
  type Origin,
  oneOf,
  path,
  value,
} from './option.ts'
export { type Positional, parseWords, positionalText, requireWords } from './parse.ts'
export {
  type CommandShape,
  type ProgramShape,
  sourceOf,
  type ValueSource,
} from './program-shape.ts'
export { nearest, sharingWords } from './suggest.ts'
export { setLanguage } from './texts.ts'
export { UsageError } from './usage-error.ts'
