export default {
  'guests-closed': 'Das wird hier zurzeit nicht geteilt: Öffnen Sie den Link erneut',
  'guests-paused': 'Diese Freigabe wurde angehalten',
  'guests-busy': 'Zu viele Dateien werden hier gelesen: Versuchen Sie es erneut, wenn andere fertig sind',
  'guests-indices': 'Geben Sie Nummern wie {example} an',
  'guests-too-many': 'Das sind zu viele',
} as const
