// An OpenID provider for tests: whoever types a name is that person, whatever the password.
// usage: node provider.mjs PORT REDIRECT_URI…
import { Provider } from 'oidc-provider';

const [port, ...redirects] = process.argv.slice(2);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'equality',
      client_secret: 'a secret of the tests',
      redirect_uris: redirects,
      // Streamlit comes back to the same address when somebody signs out.
      post_logout_redirect_uris: redirects,
    },
  ],
  cookies: { keys: ['of the tests'] },
  // Streamlit reads the ID token and asks for nothing else.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `Name of ${id}`,
      email: id,
      email_verified: !id.startsWith('unverified'),
      groups: [],
    }),
  }),
  // Nobody is asked to consent: that is the provider's business, not the dashboard's.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
