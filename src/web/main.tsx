import './app/trustedTypes.js';
import './app/styles.js';
import './app/density.js';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { nonce } from './app/nonce.js';
import { router } from './app/router.js';
import { colours, theme } from './app/theme.js';
import { queryClient } from './client/queryClient.js';
import { Toasts } from './parts/Toasts.js';
import { SessionGate } from './session/SessionGate.js';

const colorSchemeManager = localStorageColorSchemeManager({ key: 'glassdome-color-scheme' });
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={colours}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Toasts />
        <SessionGate>
          <RouterProvider router={router} />
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
