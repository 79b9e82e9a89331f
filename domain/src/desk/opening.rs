//! Revision 0: how a desk is set up before anybody changes anything.

use super::{
    CategoriesRevised, Category, Criterion, DeskEvent, DeskRevised, FormRevised, Localised,
    OpeningHoursRevised, ServiceTargetRevised, event::LARGEST_FILE, hours,
};
use crate::{
    hours::{DeskHours, DeskHoursInput, always_open},
    ids::CategoryId,
    locale::Locale,
};
use chrono::{DateTime, Utc};

const ZONE: &str = "Asia/Shanghai";

/// The events written at first start.
pub(super) fn revision_zero(at: DateTime<Utc>) -> Vec<DeskEvent> {
    vec![
        DeskEvent::DeskRevised(DeskRevised {
            at,
            name: "Leaveword".to_owned(),
            locales: ["zh-CN", "en"].into_iter().filter_map(|tag| Locale::parse(tag).ok()).collect(),
            time_zone: ZONE.to_owned(),
            phone_region: "CN".to_owned(),
            days_until_shredding: 7,
            upload_bytes: 2 * 1024 * 1024,
            uploads_per_message: 9,
            files: vec![],
            file_bytes: LARGEST_FILE,
            figures_per_member: true,
        }),
        DeskEvent::FormRevised(FormRevised {
            at,
            require_name: true,
            require_category: false,
            fields: vec![],
            guidance: Localised::default(),
        }),
        DeskEvent::CategoriesRevised(CategoriesRevised {
            at,
            categories: [
                ("inquiry", "咨询", "Question"),
                ("complaint", "投诉", "Complaint"),
                ("suggestion", "建议", "Suggestion"),
                ("other", "其他", "Something else"),
            ]
            .into_iter()
            .map(|(id, zh, en)| Category {
                id: CategoryId(id.to_owned()),
                name: localised(zh, en),
                icon: None,
            })
            .collect(),
            tags: ["refund", "complaint", "praise"].map(str::to_owned).to_vec(),
            criteria: [
                ("ACCURACY", "准确", "Accuracy"),
                ("COURTESY", "礼貌", "Courtesy"),
                ("COMPLETENESS", "完整", "Completeness"),
            ]
            .into_iter()
            .map(|(id, zh, en)| Criterion { id: id.to_owned(), name: localised(zh, en) })
            .collect(),
        }),
        DeskEvent::OpeningHoursRevised(OpeningHoursRevised {
            at,
            hours: DeskHours::read(DeskHoursInput { desk: always_open(ZONE), categories: vec![] })
                .unwrap_or_default(),
            availability: hours::BY_HOURS,
        }),
        DeskEvent::ServiceTargetRevised(ServiceTargetRevised {
            at,
            answer_within_seconds: 24 * 60 * 60,
            exceptions: vec![],
        }),
    ]
}

fn localised(zh: &str, en: &str) -> Localised {
    Localised(
        [("zh-CN", zh), ("en", en)]
            .into_iter()
            .filter_map(|(tag, text)| Some((Locale::parse(tag).ok()?, text.to_owned())))
            .collect(),
    )
}
