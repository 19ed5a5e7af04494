//! Who may do what: an actor asks for a permission, and flows take the permission as a value, so a
//! flow that forgot its check does not compile.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{TenantId, UserId};
use crate::refusal::{RefusalCode, Refused};
use crate::user::Role;

/// Who asks: a user of a tenant, through a key with scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    tenant: TenantId,
    user: UserId,
    role: Role,
    scopes: BTreeSet<Scope>,
    team: Arc<BTreeSet<UserId>>,
}

impl Actor {
    /// The actor of an authenticated request, above whom or below whom nobody stands.
    pub fn new(tenant: TenantId, user: UserId, role: Role, scopes: BTreeSet<Scope>) -> Self {
        Self { tenant, user, role, scopes, team: Arc::default() }
    }

    /// The same actor above these users: he sees their mail (J1).
    pub fn above(self, team: BTreeSet<UserId>) -> Self {
        Self { team: Arc::new(team), ..self }
    }

    /// The tenant whose data he works on.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The user.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The scopes as a gift to a key, if the actor has all of them himself.
    ///
    /// # Errors
    /// [`RefusalCode::ScopeNotHeld`], naming the first that he lacks.
    pub fn grantable(&self, scopes: BTreeSet<Scope>) -> Result<Grantable, Refused> {
        let held = |s: &Scope| self.role >= s.least_role() && self.scopes.contains(s);
        match scopes.iter().find(|s| !held(s)) {
            None => Ok(Grantable(scopes)),
            Some(lacking) => {
                let hint = format!("you do not have the right {} yourself", lacking.name());
                Err(Refused::field(RefusalCode::ScopeNotHeld, "scopes", hint))
            }
        }
    }

    /// The permission `P`, if the role and the scopes both have it.
    ///
    /// # Errors
    /// [`RefusalCode::RightMissing`], naming the right.
    pub fn require<P: Permission>(&self) -> Result<Allowed<P>, Refused> {
        let right = P::SCOPE.name();
        if self.role < P::SCOPE.least_role() {
            let hint = format!("ask an administrator: your role does not have the right {right}");
            return Err(Refused::new(RefusalCode::RightMissing, hint));
        }
        if !self.scopes.contains(&P::SCOPE) {
            let hint = format!("use a key with the scope {right}");
            return Err(Refused::new(RefusalCode::RightMissing, hint));
        }
        let sees = if self.role >= Role::Admin {
            Sees::AllMail
        } else {
            Sees::MailOfTeam(Arc::clone(&self.team))
        };
        Ok(Allowed { tenant: self.tenant, user: self.user, role: self.role, sees, of: PhantomData })
    }
}

/// Scopes that an actor may put into a key: never more than his role and his own key have. Only
/// [`Actor::grantable`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grantable(BTreeSet<Scope>);

impl Grantable {
    /// The scopes.
    pub fn scopes(&self) -> &BTreeSet<Scope> {
        &self.0
    }
}

/// Proof that an actor holds the permission `P`. Only [`Actor::require`] makes one.
#[derive(Clone, Debug)]
pub struct Allowed<P> {
    tenant: TenantId,
    user: UserId,
    role: Role,
    sees: Sees,
    of: PhantomData<P>,
}

impl<P> Allowed<P> {
    /// The tenant whose data the permission is for.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who holds it.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The holder's role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether the holder sees all mail of the tenant.
    pub fn sees_all_mail(&self) -> bool {
        self.sees == Sees::AllMail
    }

    /// Whether the holder sees a mail with deliveries to these owners: to himself, or to somebody who
    /// stands below him.
    pub fn sees_mail_of(&self, owners: impl IntoIterator<Item = UserId>) -> bool {
        match &self.sees {
            Sees::AllMail => true,
            Sees::MailOfTeam(team) => {
                owners.into_iter().any(|owner| owner == self.user || team.contains(&owner))
            }
        }
    }

    /// Whether the holder sees whatever mail that user saw: he is the one, or sees all mail. Of somebody
    /// below him that can't be said: an administrator saw more than was delivered to him.
    pub fn sees_what_was_seen_by(&self, user: UserId) -> bool {
        self.sees == Sees::AllMail || user == self.user
    }

    /// Who stands below the holder, where that is whose mail he sees beside his own.
    pub fn team(&self) -> impl Iterator<Item = UserId> {
        let team = match &self.sees {
            Sees::AllMail => None,
            Sees::MailOfTeam(team) => Some(team),
        };
        team.into_iter().flat_map(|team| team.iter().copied())
    }
}

/// Which mail a permission lets its holder see, until the sharing rules (D1-D10) decide: all, or his own and
/// that of everybody below him.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sees {
    AllMail,
    MailOfTeam(Arc<BTreeSet<UserId>>),
}

/// A right that flows ask for.
pub trait Permission {
    /// The scope that stands for it in keys.
    const SCOPE: Scope;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $scope:literal, $role:ident;)*) => {
        /// What a key may be limited to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope {
            $($(#[$doc])* #[serde(rename = $scope)] $name,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in keys, refusals and documents.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $scope,)* }
            }

            /// The least role that has it.
            pub fn least_role(self) -> Role {
                match self { $(Self::$name => Role::$role,)* }
            }
        }

        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Permission for $name {
            const SCOPE: Scope = Scope::$name;
        })*
    };
}

permissions! {
    /// See the tenant's settings and limits.
    ReadSettings = "settings.read", Member;
    /// Change the tenant's settings.
    WriteSettings = "settings.write", Admin;
    /// See who works here.
    ReadUsers = "users.read", Member;
    /// Add, change and disable users.
    WriteUsers = "users.write", Admin;
    /// See API keys (never their secrets).
    ReadApiKeys = "api_keys.read", Member;
    /// Make and withdraw API keys: one's own, and as an administrator everybody's.
    WriteApiKeys = "api_keys.write", Member;
    /// See inbound routes and mailboxes.
    ReadRoutes = "routes.read", Member;
    /// Add and remove inbound routes.
    WriteRoutes = "routes.write", Admin;
    /// Change one's own secret addresses, and as an administrator everybody's.
    RotateRoutes = "routes.rotate", Member;
    /// See the addresses one writes from.
    ReadSenderAddresses = "sender_addresses.read", Member;
    /// Add, verify and remove the addresses one writes from.
    WriteSenderAddresses = "sender_addresses.write", Member;
    /// See what one is told without having asked.
    ReadNotices = "notices.read", Member;
    /// Mark such a notice as read, or put it away.
    WriteNotices = "notices.write", Member;
    /// See contacts and their timelines.
    ReadContacts = "contacts.read", Member;
    /// Add, change and remove contacts.
    WriteContacts = "contacts.write", Member;
    /// See tasks, events, notes and invitations.
    ReadActivities = "activities.read", Member;
    /// Add, change and remove tasks, events and notes; answer invitations.
    WriteActivities = "activities.write", Member;
    /// Read mail that one may see.
    ReadMail = "mail.read", Member;
    /// Correct threads and links of mail that one may see.
    WriteMail = "mail.write", Member;
    /// See which addresses and domains are not mailed, and what came back.
    ReadBlocks = "blocks.read", Member;
    /// Lift temporary blocks.
    LiftBlocks = "blocks.lift", Member;
    /// Ask for and confirm the lifting of permanent blocks.
    OverrideBlocks = "blocks.override", Admin;
    /// See reports, rates and alerts.
    ReadReports = "reports.read", Member;
    /// Write mail to the outside.
    SendMail = "mail.send", Member;
    /// See the outcome of every raw mail of the tenant, quarantine included.
    ReadIntake = "intake.read", Admin;
    /// Retry quarantined mail.
    WriteIntake = "intake.write", Admin;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::Timestamp;

    fn actor(role: Role, scopes: &[Scope]) -> Actor {
        let at = Timestamp::default();
        let (tenant, user) = (TenantId::from_parts(at, 1), UserId::from_parts(at, 2));
        Actor::new(tenant, user, role, scopes.iter().copied().collect())
    }

    #[test]
    fn role_and_scope_are_both_needed_and_the_refusal_names_the_right() {
        assert!(actor(Role::Admin, &[Scope::WriteUsers]).require::<WriteUsers>().is_ok());
        for lacking in [actor(Role::Member, Scope::ALL), actor(Role::Owner, &[Scope::ReadUsers])] {
            let refused = lacking.require::<WriteUsers>().unwrap_err();
            assert_eq!(refused.code, RefusalCode::RightMissing);
            assert!(refused.hint.contains("users.write"));
        }
    }

    #[test]
    fn nobody_gives_a_key_more_than_he_has() {
        let member = actor(Role::Member, &[Scope::ReadMail, Scope::WriteUsers]);
        assert!(member.grantable([Scope::ReadMail].into()).is_ok());
        for beyond in [Scope::ReadContacts, Scope::WriteUsers] {
            let refused = member.grantable([Scope::ReadMail, beyond].into()).unwrap_err();
            assert_eq!(refused.code, RefusalCode::ScopeNotHeld);
            assert!(refused.hint.contains(beyond.name()));
        }
    }

    #[test]
    fn who_stands_above_others_sees_their_mail_and_no_more() {
        let [below, beside] = [9, 10].map(|n| UserId::from_parts(Timestamp::default(), n));
        let above = actor(Role::Member, Scope::ALL).above([below].into());
        let above = above.require::<ReadMail>().unwrap();
        assert!(above.sees_mail_of([beside, below]) && above.sees_mail_of([above.user()]));
        assert!(!above.sees_mail_of([beside]));
        assert!(above.sees_what_was_seen_by(above.user()) && !above.sees_what_was_seen_by(below));
        assert_eq!(above.team().collect::<Vec<_>>(), [below]);
    }

    #[test]
    fn a_member_sees_only_mail_delivered_to_him() {
        let member = actor(Role::Member, Scope::ALL).require::<ReadMail>().unwrap();
        let other = UserId::from_parts(Timestamp::default(), 9);
        assert!(member.sees_mail_of([other, member.user()]));
        assert!(!member.sees_mail_of([other]));
        assert!(
            actor(Role::Admin, Scope::ALL).require::<ReadMail>().unwrap().sees_mail_of([other])
        );
    }
}
