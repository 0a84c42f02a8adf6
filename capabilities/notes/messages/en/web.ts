/** The texts of the tab. */
export default {
  label: 'Your note on this torrent',
  hint: 'It stays on your node and is removed with the torrent.',
  save: 'Save note',
  saved: 'Note saved',
  removed: 'Note removed',
  changed: 'Last changed {when}',
  elsewhere: 'The note was changed elsewhere.',
  show: 'Show that one',
} as const
