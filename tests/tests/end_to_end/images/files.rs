//! Files that are no pictures: off until the desk takes them, kept as they come, saved by whoever may read the message and never
//! shown, gone with the words.

use super::*;
use store::FILE_PART;

on_both_databases!(
    no_file_is_taken_until_the_desk_says_so,
    a_file_is_saved_by_whoever_may_read_its_message_and_by_nobody_else,
    files_go_with_more_words_and_with_replies_and_count_with_the_pictures,
    what_is_not_what_it_was_announced_as_is_refused_and_nothing_of_it_stays,
    a_file_with_a_page_in_it_is_bytes_to_be_saved_whatever_it_is_called,
    the_files_of_an_erased_visitor_are_gone,
    the_files_of_a_shredded_message_are_gone,
    files_that_nobody_attached_are_gone_after_a_day,
    a_name_is_told_as_words_are_and_erased_with_them,
);

const FILES: &str = "files { id name bytes contentType url }";
const PDF: &str = "application/pdf";
const MP4: &str = "video/mp4";

/// So many bytes that begin as a PDF does, each part of them another.
pub(super) fn pdf(bytes: usize) -> Vec<u8> {
    let body = (0_u32..).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes());
    b"%PDF-1.7\n".iter().copied().chain(body).take(bytes).collect()
}

fn mp4() -> Vec<u8> {
    [&[0, 0, 0, 24][..], b"ftypisom\0\0\x02\0isommp42", &[0; 1000]].concat()
}

impl Desk {
    /// What the desk takes from now on.
    pub(in crate::end_to_end) async fn take_files(&self, staff: &str, kinds: Value) {
        let revise = "mutation($kinds: [FileKind!]) { reviseDesk(input: {files: $kinds}) { \
                      desk { uploads { files fileBytes } } userErrors { code } } }";
        let revised =
            self.ask(Some(staff), revise, json!({"kinds": kinds})).await.data()["reviseDesk"].clone();
        let uploads = json!({"files": kinds, "fileBytes": 20 * 1024 * 1024});
        assert_eq!(revised, json!({"desk": {"uploads": uploads}, "userErrors": []}));
    }

    /// Sends a file: its id.
    pub(in crate::end_to_end) async fn send_file(
        &self,
        token: &str,
        name: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> String {
        let created = self.create_upload(token, name, content_type, bytes.len()).await;
        let length = bytes.len();
        let heard = self.put(path_of(&created), bytes).await;
        assert_eq!(heard.status, 201, "{}", String::from_utf8_lossy(&heard.body));
        let told: Value = serde_json::from_slice(&heard.body).expect("JSON");
        let id = text(&created["upload"]["id"]);
        assert_eq!(told, json!({"id": id, "bytes": length, "contentType": content_type}));
        id
    }

    /// The files of a message, as its visitor sees them.
    pub(super) async fn own_files(&self, token: &str, message: &str) -> Value {
        let query = format!("query($id: ID!) {{ visitor {{ message(id: $id) {{ {FILES} }} }} }}");
        let answer = self.ask(Some(token), &query, json!({"id": message})).await.data();
        answer["visitor"]["message"]["files"].clone()
    }
}

impl Desk {
    /// Sends it without saying how much there will be: the whole answer.
    async fn put_chunked(&self, path: &str, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.server.address()).await.expect("connects");
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n",
            bytes.len()
        );
        let request = [head.as_bytes(), bytes, b"\r\n0\r\n\r\n"].concat();
        stream.write_all(&request).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text");
        answer
    }
}

/// A desk that takes both kinds, its administrator and a visitor.
async fn taking(dialect: Dialect) -> (Desk, String, String) {
    let desk = Desk::start(dialect).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    desk.take_files(&staff, json!(["PDF", "MP4"])).await;
    (desk, staff, visitor)
}

async fn no_file_is_taken_until_the_desk_says_so(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (staff, visitor) = (desk.administrator().await, desk.visit().await);
    let asked = |desk: Value| desk["desk"]["uploads"].clone();
    let query = "{ desk { uploads { bytes perMessage files fileBytes } } }";
    let uploads = asked(desk.ask(None, query, json!({})).await.data());
    assert_eq!(
        uploads,
        json!({"bytes": 2 * 1024 * 1024, "perMessage": 9, "files": [], "fileBytes": 20 * 1024 * 1024})
    );
    let refused = async |kind| {
        desk.create_upload(&visitor, "x", kind, 100).await["userErrors"][0]["code"]
            .as_str()
            .map(str::to_owned)
    };
    for kind in [PDF, MP4, "text/html"] {
        assert_eq!(refused(kind).await.as_deref(), Some("UPLOAD_NOT_AN_IMAGE"), "{kind}");
    }
    desk.take_files(&staff, json!(["PDF"])).await;
    assert_eq!(refused(PDF).await, None);
    assert_eq!(refused(MP4).await.as_deref(), Some("UPLOAD_NOT_AN_IMAGE"));
    let many = "mutation { reviseDesk(input: {files: [PDF, PDF], fileBytes: 20971521}) { userErrors { code field } } }";
    let told = desk.ask(Some(&staff), many, json!({})).await.data()["reviseDesk"]["userErrors"].clone();
    assert_eq!((&told[0]["field"], &told[1]["field"]), (&json!(["files", "1"]), &json!(["fileBytes"])));
    desk.take_files(&staff, json!([])).await;
    assert_eq!(refused(PDF).await.as_deref(), Some("UPLOAD_NOT_AN_IMAGE"));
}

async fn a_file_is_saved_by_whoever_may_read_its_message_and_by_nobody_else(dialect: Dialect) {
    let (desk, staff, visitor) = taking(dialect).await;
    let other = desk.visit().await;
    let sent = pdf(2 * FILE_PART + 77);
    let id = desk.send_file(&visitor, "发票.pdf", PDF, sent.clone()).await;
    assert_eq!(desk.get(&format!("/files/{id}")).await.status, 404, "nobody's yet");
    let stolen = desk.submit_with(&other, "你好", &[&id]).await;
    assert_eq!(stolen["userErrors"][0]["code"], "UNKNOWN");
    let payload = desk.submit_with(&visitor, "", &[&id]).await;
    assert_eq!(payload["userErrors"], json!([]));
    let message = text(&payload["receipt"]["id"]);

    let files = desk.own_files(&visitor, &message).await;
    let file = files[0].clone();
    assert_eq!(
        (&file["id"], &file["name"], &file["bytes"], &file["contentType"]),
        (&json!(id), &json!("发票.pdf"), &json!(sent.len()), &json!(PDF))
    );
    let url = text(&file["url"]);
    let saved = desk.get(&url).await;
    assert_eq!(saved.status, 200);
    assert!(saved.body == sent, "it is as it was sent");
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-store"),
    ] {
        assert_eq!(saved.header(name), value, "{name}");
    }
    assert_eq!(saved.header("content-length"), sent.len().to_string());

    // What lies in the folder is nothing of it.
    let lying = desk.files();
    assert_eq!(lying.len(), 3);
    for (name, sealed) in lying {
        assert!(
            name.contains(&id) && !sent.chunks_exact(64).step_by(997).any(|some| holds(&sealed, some)),
            "{name}"
        );
    }

    // By token, too, and whoever else asks is told the same as for one that is not there.
    let path = format!("/files/{id}");
    let by = |token: String| Heard::of(desk.http.get(desk.url(&path)).bearer_auth(token));
    assert_eq!(by(visitor.clone()).await.status, 200);
    assert_eq!(by(desk.member(Role::Agent).await).await.status, 200);
    let absent = desk.get("/files/0197c6a8-0000-7000-8000-000000000000").await;
    let analyst = desk.member(Role::Analyst).await;
    for refused in [by(other).await, by(analyst).await, desk.get(&path).await] {
        assert_eq!((refused.status, &refused.body), (404, &absent.body));
    }
    // An address is one file's, and for a while; no picture is at a file's and no file at a picture's.
    let mut forged = url.clone();
    let last = forged.pop().expect("a signature");
    forged.push(if last == 'A' { 'B' } else { 'A' });
    for altered in [forged, url.replacen("until=1", "until=2", 1), url.replacen("/files/", "/images/", 1)] {
        assert_eq!(desk.get(&altered).await.status, 404, "{altered}");
    }
    desk.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(desk.get(&url).await.status, 404, "it is over");

    let url = text(&desk.own_files(&visitor, &message).await[0]["url"]);
    assert_eq!(desk.get(&url).await.status, 200);
    let delete = "mutation($id: ID!) { deleteMessage(input: {messageId: $id}) { userErrors { code } } }";
    desk.ask(Some(&staff), delete, json!({"id": message})).await.data();
    soon("it is absent", || async { desk.get(&url).await.status == 404 }).await;
}

async fn files_go_with_more_words_and_with_replies_and_count_with_the_pictures(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let (desk, visitor) = (&scene.desk, &scene.visitor);
    desk.take_files(&scene.staff, json!(["PDF", "MP4"])).await;
    let picture_id = desk.send(visitor, picture("gray.jpg")).await;
    let file_id = desk.send_file(visitor, "x.mp4", MP4, mp4()).await;
    let go_on = "mutation($input: ContinueMessageInput!) { continueMessage(input: $input) { userErrors { code } \
                 receipt { version } visitorMessage { entries { images { id } files { id name } } } } }";
    let more = |ids: Value, key: &str| json!({"input": {"messageId": scene.id, "content": "", "uploadIds": ids, "idempotencyKey": key}});
    for wrong in [json!([file_id, file_id]), json!([scene.id])] {
        let answer = desk.ask(Some(visitor), go_on, more(wrong, "wrong")).await.data();
        assert_eq!(answer["continueMessage"]["userErrors"][0]["code"], "UNKNOWN");
    }
    let many = json!(vec![file_id.as_str(); 10]);
    let answer = desk.ask(Some(visitor), go_on, more(many, "many")).await.data();
    assert_eq!(answer["continueMessage"]["userErrors"][0]["code"], "TOO_MANY_UPLOADS");
    let mut heard = vec![];
    for _ in 0..2 {
        let input = more(json!([file_id, picture_id]), "k1");
        heard.push(desk.ask(Some(visitor), go_on, input).await.data()["continueMessage"].clone());
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(
        heard[0]["visitorMessage"]["entries"][1],
        json!({"images": [{"id": picture_id}], "files": [{"id": file_id, "name": "x.mp4"}]})
    );
    let answer = desk.ask(Some(visitor), go_on, more(json!([file_id]), "again")).await.data();
    assert_eq!(answer["continueMessage"]["userErrors"][0]["code"], "UNKNOWN", "it has its message");

    let reply_id = desk.send_file(&scene.staff, "Quote.PDF", PDF, pdf(900)).await;
    let reply = "mutation($input: ReplyToMessageInput!) { replyToMessage(input: $input) { userErrors { code } message { id } } }";
    let input = json!({"messageId": scene.id, "content": "请看", "uploadIds": [reply_id]});
    let replied = desk.ask(Some(&scene.staff), reply, json!({"input": input})).await.data();
    assert_eq!(replied["replyToMessage"]["userErrors"], json!([]));
    let read = scene
        .read(
            "files { id } entries { ... on VisitorWords { files { name } } ... on Reply { files { name } } }",
        )
        .await;
    assert_eq!(read["files"], json!([]), "it was left without");
    assert_eq!(read["entries"][1]["files"], json!([{"name": "x.mp4"}]));
    assert_eq!(read["entries"][2]["files"], json!([{"name": "Quote.pdf"}]));
    let seen = scene.seen_by_visitor("entries { files { url } }").await;
    let url = text(&seen["message"]["entries"][2]["files"][0]["url"]);
    assert!(desk.get(&url).await.body == pdf(900));
}

async fn what_is_not_what_it_was_announced_as_is_refused_and_nothing_of_it_stays(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect).await;
    let most = 20 * 1024 * 1024;
    let large = desk.create_upload(&visitor, "x.pdf", PDF, most + 1).await;
    assert_eq!(large["userErrors"][0]["code"], "UPLOAD_TOO_LARGE");
    assert!(text(&large["userErrors"][0]["message"]).contains(&most.to_string()), "{large}");
    assert_eq!(desk.create_upload(&visitor, "x.pdf", PDF, 0).await["userErrors"][0]["code"], "REQUIRED");

    let page = b"<html><script>alert(1)</script></html>".to_vec();
    let program = [&b"MZ\x90\0"[..], &vec![0; 600_000]].concat();
    for (kind, sent) in [
        (PDF, page.clone()),
        (MP4, page),
        (PDF, program),
        (PDF, mp4()),
        (MP4, pdf(1000)),
        (PDF, picture("gray.jpg")),
        (MP4, [&[0, 0, 0, 20][..], b"ftypheic\0\0\0\0mif1", &[0; 100]].concat()),
    ] {
        let created = desk.create_upload(&visitor, "x.pdf", kind, sent.len()).await;
        let heard = desk.put(&text(&created["upload"]["url"]), sent).await;
        assert_eq!((heard.status, heard.code().as_str()), (415, "UPLOAD_NOT_THAT_TYPE"), "{kind}");
        let attached = desk.submit_with(&visitor, "你好", &[&text(&created["upload"]["id"])]).await;
        assert_eq!(attached["userErrors"][0]["code"], "UNKNOWN");
    }
    // More than was announced, with a length and without one; two parts of it are kept by then.
    let announced = 2 * FILE_PART + 10;
    let created = desk.create_upload(&visitor, "x.pdf", PDF, announced).await;
    let url = text(&created["upload"]["url"]);
    assert_eq!(desk.put(&url, pdf(announced + 1)).await.code(), "UPLOAD_TOO_LARGE");
    let heard = desk.put_chunked(&url, &pdf(announced + 1)).await;
    assert!(heard.starts_with("HTTP/1.1 413") && heard.contains("UPLOAD_TOO_LARGE"), "{heard}");
    assert_eq!(desk.put(&url, pdf(10)).await.status, 404, "the address was used");
    assert_eq!(desk.files().len(), 0, "nothing is kept of what is refused");

    // The largest that there can be.
    let sent = pdf(most);
    let id = desk.send_file(&visitor, "x.pdf", PDF, sent.clone()).await;
    let message = text(&desk.submit_with(&visitor, "你好", &[&id]).await["receipt"]["id"]);
    let files = desk.own_files(&visitor, &message).await;
    assert!(desk.get(&text(&files[0]["url"])).await.body == sent);
}

async fn a_file_with_a_page_in_it_is_bytes_to_be_saved_whatever_it_is_called(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect).await;
    for (refused, code) in
        [("a".repeat(4096), "TOO_LONG"), ("a\0".to_owned(), "INVALID"), (" ".to_owned(), "REQUIRED")]
    {
        let told = desk.create_upload(&visitor, &refused, PDF, 10).await;
        assert_eq!(told["userErrors"][0]["code"], code);
    }
    let page = b"%PDF-1.4\n<html><script>alert(document.cookie)</script></html>".to_vec();
    for (given, name, plain) in [
        (
            "../../x\r\nset-cookie: x\u{202E}gpj.exe",
            "x_set-cookie_ xgpj.exe.pdf",
            "x_set-cookie_ xgpj.exe.pdf",
        ),
        ("a\"; filename=\"b.html", "a_; filename=_b.html.pdf", "a__ filename__b.html.pdf"),
        ("x.html", "x.html.pdf", "x.html.pdf"),
        ("简历'; 新.PDF", "简历'; 新.pdf", "____ _.pdf"),
    ] {
        let id = desk.send_file(&visitor, given, PDF, page.clone()).await;
        let message = text(&desk.submit_with(&visitor, "你好", &[&id]).await["receipt"]["id"]);
        let files = desk.own_files(&visitor, &message).await;
        assert_eq!(files[0]["name"], name);
        let saved = desk.get(&text(&files[0]["url"])).await;
        let disposition = saved.header("content-disposition").to_owned();
        assert!(
            disposition.starts_with(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''")),
            "{disposition}"
        );
        assert_eq!(saved.header("set-cookie"), "");
        assert_eq!(saved.header("content-type"), "application/octet-stream");
        assert_eq!(saved.header("x-content-type-options"), "nosniff");
        assert_eq!(saved.header("content-security-policy"), "sandbox; default-src 'none'");
    }
}

/// A message with a file, by a scene's visitor: its id, and the file's address.
async fn with_file(scene: &Scene) -> (String, String) {
    scene.desk.take_files(&scene.staff, json!(["PDF"])).await;
    let id = scene.desk.send_file(&scene.visitor, "发票.pdf", PDF, pdf(FILE_PART + 1)).await;
    let payload = scene.desk.submit_with(&scene.visitor, "看文件", &[&id]).await;
    let message = text(&payload["receipt"]["id"]);
    let url = text(&scene.desk.own_files(&scene.visitor, &message).await[0]["url"]);
    assert_eq!(scene.desk.get(&url).await.status, 200);
    assert_eq!(scene.desk.files().len(), 2);
    (message, url)
}

async fn the_files_of_an_erased_visitor_are_gone(dialect: Dialect) {
    let scene = Scene::open(dialect).await;
    let (message, url) = with_file(&scene).await;
    let loose = scene.desk.send_file(&scene.visitor, "x.pdf", PDF, pdf(100)).await;
    let who = scene.read("visitor { id }").await;
    let erase = "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"本人要求\") { userErrors { code } } }";
    let answer = scene.desk.ask(Some(&scene.staff), erase, json!({"id": who["visitor"]["id"]})).await.data();
    assert_eq!(answer["eraseVisitor"]["userErrors"], json!([]));
    let names = || scene.desk.files().into_iter().map(|(name, _)| name);
    soon("its parts are gone", || async { names().all(|name| name.contains(&loose)) }).await;
    assert_eq!(scene.desk.get(&url).await.status, 404);
    // What they had not attached opens nothing any more: its key was under theirs.
    let store = scene.desk.database.open(scene.desk.clock.clone()).await;
    soon("its key is gone", || async { store.file_part(&loose, 0).await.expect("asked").is_none() }).await;
    store.close().await;
    let other = Scene { id: message, ..scene };
    soon("it has none", || async { other.read("files { id }").await["files"] == json!([]) }).await;
}

async fn the_files_of_a_shredded_message_are_gone(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    let (message, url) = with_file(&scene).await;
    scene.id = message;
    scene.status_after("deleteMessage", "").await;
    assert_eq!(scene.desk.files().len(), 2, "it can still be restored");
    scene.desk.clock.advance(7 * DAY);
    soon("its parts are gone", || async { scene.desk.files().is_empty() }).await;
    assert_eq!(scene.desk.get(&url).await.status, 404);
}

async fn files_that_nobody_attached_are_gone_after_a_day(dialect: Dialect) {
    let (desk, _, visitor) = taking(dialect).await;
    let attached = desk.send_file(&visitor, "x.pdf", PDF, pdf(100)).await;
    desk.submit_with(&visitor, "看文件", &[&attached]).await;
    desk.send_file(&visitor, "x.pdf", PDF, pdf(FILE_PART + 1)).await;
    // As a server leaves it that is killed while it writes: one part whole, one half, and the address used up.
    let created = desk.create_upload(&visitor, "x.pdf", PDF, FILE_PART + 1).await;
    let (id, url) = (text(&created["upload"]["id"]), text(&created["upload"]["url"]));
    let store = desk.database.open(desk.clock.clone()).await;
    let token = store::TokenHash::of(url.rsplit('/').next().expect("a token"));
    assert!(store.spend_upload(&token).await.expect("written"));
    let folder = &desk.database.config.images;
    fs::write(folder.join(format!("{id}.0")), b"sealed").expect("written");
    fs::write(folder.join(format!("{id}.1.part")), b"sea").expect("written");
    assert_eq!(store.sweep_uploads().await.expect("swept").removed, 0, "nothing is a day old");
    assert_eq!(desk.files().len(), 5);
    desk.clock.advance(DAY);
    assert_eq!(store.sweep_uploads().await.expect("swept").removed, 2);
    let names: Vec<String> = desk.files().into_iter().map(|(name, _)| name).collect();
    assert!(names.len() == 1 && names[0].contains(&attached), "{names:?}");
    store.close().await;
}

async fn a_name_is_told_as_words_are_and_erased_with_them(dialect: Dialect) {
    let mut scene = Scene::open(dialect).await;
    scene.id = with_file(&scene).await.0;
    let told = async |scene: &Scene| {
        let history = scene.read("history { nodes { type version payload } }").await;
        let left = history["history"]["nodes"][0].clone();
        assert_eq!((&left["type"], &left["version"]), (&json!("MessageSubmitted"), &json!("3")));
        left["payload"]["MessageSubmitted"].clone()
    };
    let left = told(&scene).await;
    let file = &left["files"][0];
    assert_eq!(
        (&file["format"], &file["bytes"], &file["name"]),
        (&json!("pdf"), &json!(FILE_PART + 1), &json!("发票.pdf"))
    );
    scene.status_after("deleteMessage", "").await;
    scene.desk.clock.advance(7 * DAY);
    soon("its parts are gone", || async { scene.desk.files().is_empty() }).await;
    // Nobody is signed in for so long.
    scene.staff = scene.desk.member(Role::Admin).await;
    let left = told(&scene).await;
    assert_eq!((&left["content"], &left["files"][0]["name"]), (&json!("erased"), &json!("erased")));
    assert_eq!(left["files"][0]["bytes"], json!(FILE_PART + 1));
}
