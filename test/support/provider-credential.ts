/** What `OPENAI_API_KEY` holds when the stack of the tests starts. */
export const providerCredential = 'sk-provider-credential-0001';
