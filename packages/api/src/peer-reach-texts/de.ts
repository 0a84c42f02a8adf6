/** German texts of port mappings and their problems, for every interface that shows whether peers can connect. */
export default {
  problems: {
    'no-router':
      'Es wurde kein Router gefunden. Falls es einen gibt, leiten Sie in seinen Einstellungen Port {port} an diesen Rechner weiter.',
    'no-answer':
      'Der Router öffnet Ports nicht von selbst. Schalten Sie in seinen Einstellungen UPnP, NAT-PMP oder PCP ein, oder leiten Sie dort Port {port} an diesen Rechner weiter.',
    refused:
      'Der Router öffnet den Port nicht. Erlauben Sie es in seinen Einstellungen, oder leiten Sie dort Port {port} an diesen Rechner weiter.',
    'port-taken':
      'Andere Rechner benutzen Port {port} des Routers. Wählen Sie in den Einstellungen des Knotens einen anderen Port.',
    'router-error':
      'Der Router konnte den Port nicht öffnen. Prüfen Sie seine Statusseite, oder leiten Sie dort Port {port} an diesen Rechner weiter.',
    'double-nat':
      'Der Router steht hinter einem anderen Router. Schalten Sie einen der beiden in den Bridge-Modus, oder leiten Sie Port {port} auch auf dem äußeren weiter.',
    'carrier-nat':
      'Ihr Internetanbieter teilt eine Adresse unter mehreren Kunden auf, sodass sich über IPv4 niemand mit Port {port} verbinden kann. Bitten Sie ihn um eine öffentliche IPv4-Adresse, oder verwenden Sie IPv6.',
  },
  mapping: '{transport}-Port {port} über {method}, bis {time}: {address}',
  permanent: '{transport}-Port {port} über {method}: {address}',
} as const
