export default {
  'note-too-long': 'a note has at most {count} characters',
} as const
