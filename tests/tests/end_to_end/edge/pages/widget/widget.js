import("/widget/assets/form-5e6f7a8b.js");
