/**
 * Texts of the share page about sharing, in a separate file because visitors who open a link do not
 * need them.
 */
export default {
  drop: 'Drop files or a folder here',
  hint: 'They stay on this device. Anyone with the link gets them directly from it while this page is open.',
  nothing: 'There are no files in it.',
  unreadable: 'Your browser cannot read these files. Choose them with the button instead.',
  files: 'Choose files',
  folder: 'Choose a folder',
  name: 'Name that others see',
  chosen: { one: '{count} file, {size}', other: '{count} files, {size}' },
  hidden: { one: '{count} hidden file is left out.', other: '{count} hidden files are left out.' },
  make: 'Get a link',
  others: 'Choose others',
  hashing: 'Reading the files: {share}',
  hashingLabel: 'Read',
  ready: 'The link to {name} is ready.',
  toLink: 'Show it',
  again: 'You shared this from this device. Choose the files again to continue sharing.',
  sharedOn: '{name}, {date}',
} as const
