export default {
  'watch-missing': 'the watch folder {path} cannot be read: retrying regularly',
  'watch-refused': '{path} cannot be added: {why}. Remove it, or put a right one in its place',
} as const
