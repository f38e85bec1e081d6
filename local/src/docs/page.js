// Starts Swagger UI over the description that the stack serves.
'use strict';

// Adapts the description to the page. Requests go to this stack, for the page's policy would not let a browser call another server.
// Swagger UI fills each parameter with its example, but a second request with the same idempotency key would send nothing.
function adapted(description) {
  const copy = structuredClone(description);
  copy.servers = [{ url: '/', description: 'This stack' }];
  delete copy.components.schemas.IdempotencyKey.example;
  return copy;
}

const adaptDescription = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (update) => (description) => update(adapted(description)) } },
  },
});

const dark = matchMedia('(prefers-color-scheme: dark)');
const followColorScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followColorScheme);
followColorScheme();

SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#viewer',
  plugins: [adaptDescription],
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
});
