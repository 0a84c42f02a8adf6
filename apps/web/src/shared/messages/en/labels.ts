import { plural } from '../plural.ts'

export const labels = {
  new: 'New label',
  newTitle: 'New label',
  edit: 'Change…',
  editTitle: (name: string) => `Label “${name}”`,
  menuOf: (name: string) => `Actions for the label ${name}`,
  name: 'Name',
  nameHint: 'The name stays as it is: make another label for another name.',
  taken: 'There is a label of this name: choose another name.',
  missing: 'A label needs a name.',
  colour: 'Colour',
  colourAuto: 'One that few others have',
  colourOwn: 'Another colour',
  colours: {
    '#c2410c': 'Orange',
    '#b91c1c': 'Red',
    '#be185d': 'Pink',
    '#7c3aed': 'Violet',
    '#2563eb': 'Blue',
    '#0e7490': 'Teal',
    '#15803d': 'Green',
    '#a16207': 'Ochre',
    '#64748b': 'Grey',
  } as Record<string, string>,
  folder: 'Folder',
  folderHint:
    'New torrents with this label are downloaded there. Those that are there already stay where they are.',
  folderUsual: 'Use the usual folder',
  confirm: 'Make label',
  save: 'Save',
  remove: 'Remove label',
  removeTitle: (name: string) => `Remove the label “${name}”?`,
  removeBody: (count: number) =>
    count === 0
      ? 'No torrent has it.'
      : plural(
          count,
          '# torrent loses it. Its files stay where they are.',
          '# torrents lose it. Their files stay where they are.',
        ),
  removed: (name: string) => `Removed the label “${name}”`,
  saved: (name: string) => `Label “${name}” saved`,
  none: 'No labels yet. A label groups torrents, and may have a folder of its own.',
  facts: (count: number, folder: string | null) =>
    `${plural(count, '# torrent', '# torrents')}${folder === null ? '' : `, ${folder}`}`,
}
