#pragma once

#include "config/alert_settings.hpp"

// What a [[notifier]] has keys for, by its kind and format.
namespace reputed::schema {

inline bool has_http(const NotifierSettings& notifier) {
    return notifier.kind == NotifierKind::alertmanager || notifier.kind == NotifierKind::webhook;
}
inline bool has_mail(const NotifierSettings& notifier) {
    return notifier.kind == NotifierKind::email || notifier.kind == NotifierKind::sendmail;
}

inline bool is_webhook(const NotifierSettings& notifier) {
    return notifier.kind == NotifierKind::webhook;
}
inline bool is_telegram(const NotifierSettings& notifier) {
    return is_webhook(notifier) && notifier.format == "telegram";
}
inline bool is_template(const NotifierSettings& notifier) {
    return is_webhook(notifier) && notifier.format == "template";
}
inline bool is_email(const NotifierSettings& notifier) {
    return notifier.kind == NotifierKind::email;
}
inline bool is_sendmail(const NotifierSettings& notifier) {
    return notifier.kind == NotifierKind::sendmail;
}
inline bool is_remote(const NotifierSettings& notifier) {
    return !is_sendmail(notifier);
}

}  // namespace reputed::schema
