export default { notes: { section: 'Notes', tab: 'Note' } } as const
