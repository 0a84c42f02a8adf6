export default {
  'notes.maxCharacters': {
    title: 'Längste Notiz',
    description: 'Höchstzahl der Zeichen einer Notiz zu einem Torrent. Längere, die es schon gibt, bleiben.',
  },
}
