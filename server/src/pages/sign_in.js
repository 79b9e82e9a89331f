// Redeems the sign-in link whose token stands after "#", by the same mutation that everyone else uses.
const chinese = navigator.language.startsWith("zh");
const text = chinese
  ? {
      intro: "设置密码即可登录。此链接只能使用一次。",
      label: "新密码（至少 10 个字符）",
      button: "登录",
      missing: "链接不完整：缺少 # 之后的部分。",
      failed: "无法连接服务器，请重试。",
      done: (name) => `${name}，您已登录。以下是 API 会话令牌：`,
    }
  : {
      intro: "Choose a password to sign in. This link works once.",
      label: "New password (at least 10 characters)",
      button: "Sign in",
      missing: "This link is not complete: the part after # is missing.",
      failed: "The server cannot be reached; try again.",
      done: (name) => `You are signed in, ${name}. This is your session's token for the API:`,
    };

document.documentElement.lang = chinese ? "zh-CN" : "en";
for (const element of document.querySelectorAll("[data-text]")) {
  element.textContent = text[element.dataset.text];
}

const form = document.querySelector("form");
const answer = document.querySelector("#answer");
const token = decodeURIComponent(location.hash.slice(1));
if (!token) answer.textContent = text.missing;

// An invitation is accepted, and a sign-in link redeemed; both ask for a password.
const mutation = token.startsWith("lwi_") ? "acceptInvitation" : "redeemSignInLink";
const query = `mutation ($input: ${mutation[0].toUpperCase()}${mutation.slice(1)}Input!) {
  ${mutation}(input: $input) { token member { name } userErrors { message } }
}`;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", "accept-language": navigator.language },
      body: JSON.stringify({ query, variables: { input: { token, newPassword: form.elements.password.value } } }),
    });
    const { data, errors } = await response.json();
    const redeemed = data?.[mutation];
    if (!redeemed?.token) {
      answer.textContent = (redeemed?.userErrors ?? errors).map((error) => error.message).join(" ");
      return;
    }
    history.replaceState(null, "", location.pathname);
    form.hidden = true;
    answer.textContent = text.done(redeemed.member?.name ?? "");
    const output = document.querySelector("#token");
    output.textContent = redeemed.token;
    output.hidden = false;
  } catch {
    answer.textContent = text.failed;
  } finally {
    button.disabled = false;
  }
});
