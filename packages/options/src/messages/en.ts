/** Errors of options. The location, such as `--port`, comes before them. */
export const en = {
  needsValue: '{name} needs a value: {name} {value}',
  takesNoValue: '{name} takes no value',
  once: 'give one value',
  unexpected: 'unexpected argument "{word}"',
  missing: '{name} is missing: {help}',
  unknownOption: 'there is no option {name}',
  unknownOptionMeant: 'there is no option {name}: did you mean {meant}?',
  unknownOptionKnown: 'there is no option {name}. The options are {known}',
  notOneOf: '"{text}" is not one of {words}',
  notInteger: '"{text}" is not an integer from {least} to {most}',
  notBoolean: '"{text}" is neither true nor false',
  emptyPath: 'the path is empty',
  nulInPath: 'a path cannot contain NUL',
  notPlain: 'give a string, a number, true or false, or a list of strings',
  notJson: '{file} is not valid JSON: {reason}',
  notObject: '{file}: write one JSON object, such as {example}',
} as const
