/** Texts of the list of watch folders. */
export default {
  directory: 'Folder',
  label: 'Label',
  paused: 'Add paused',
  action: 'Afterwards',
  actions: { rename: 'Rename the .torrent', delete: 'Delete the .torrent' },
  add: 'Watch a folder',
  remove: 'Stop watching {folder}',
  none: 'No watch folders.',
} as const
