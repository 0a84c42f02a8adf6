export default {
  'note-too-long': 'Eine Notiz hat höchstens {count} Zeichen',
} as const
