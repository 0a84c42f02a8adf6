export default {
  'guests-closed': 'this is not shared here now: open the link again',
  'guests-paused': 'this share was paused',
  'guests-busy': 'too many files are being read here: try again when others are done',
  'guests-indices': 'give indices such as {example}',
  'guests-too-many': 'these are too many',
} as const
