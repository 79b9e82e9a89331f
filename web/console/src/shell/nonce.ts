/** By which the policy of the page knows styles that come at run time. */
export const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content;
